"""The second act: one person who becomes a deal, and customers from an ERP export. Always the same.

Makes files as an ERP exports them and calls as websites and a calendar send them. Nothing here knows scoreline.
"""
import csv
import datetime

STAR = "customer-star"
EMAIL = "greta.falk@kranich-logistik.example"
GUEST = "20017"


def day(now, ago):
    return (now - datetime.timedelta(days=ago)).strftime("%d.%m.%Y")


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, delimiter=";")
        writer.writerow(header)
        writer.writerows(rows)


CUSTOMERS = ["Kundennummer", "Firma", "Vorname", "Nachname", "E-Mail", "USt-IdNr", "Nettopreise", "Kundengruppe", "Angelegt am"]
ORDERS = ["Auftragsnummer", "Kundennummer", "Datum", "Status", "Verkaufskanal", "Währung", "Artikelnummer", "Warengruppe", "Menge", "Netto"]
INVOICES = ["Rechnungsnummer", "Kundennummer", "Datum", "Fällig am", "Netto", "Brutto", "Status", "Geändert am"]
PAYMENTS = ["Lfd. Nr.", "Rechnungsnummer", "Kundennummer", "Datum", "Betrag"]


def past_exports(folder, now):
    """Forty customers with a year of orders, invoices and payments: what is imported once, as history."""
    customers, orders, invoices, payments = [], [], [], []
    for n in range(40):
        number = str(20020 + n)
        kind = ["Gastronomie", "Hotellerie", ""][n % 3]
        customers.append([number, f"Haus {number}", "Max", f"Muster {n}", f"einkauf@haus-{number}.example", f"DE{number}", "ja", kind, day(now, 400)])
        for k, ago in enumerate(range(3 + n % 9, 360, 30 + n % 20)):
            order, invoice = f"AU-{number}-{k}", f"RE-{number}-{k}"
            orders.append([order, number, day(now, ago), "versendet", ["Shop", "Telefon"][n % 2], "EUR", "W-100", ["Wein", "Kaffee"][k % 2], "12", f"{100 + 7 * k},50"])
            invoices.append([invoice, number, day(now, ago - 1), day(now, ago - 15), f"{100 + 7 * k},50", f"{120 + 8 * k},00", "offen", day(now, ago - 1) + " 08:00"])
            if (n + k) % 7:
                payments.append([str(k + 1), invoice, number, day(now, max(0, ago - 8 - n % 5)), f"{120 + 8 * k},00"])
    write(folder / "kunden-2.csv", CUSTOMERS, customers)
    write(folder / "auftraege-2.csv", ORDERS, orders)
    write(folder / "rechnungen-2.csv", INVOICES, invoices)
    write(folder / "zahlungen-2.csv", PAYMENTS, payments)


def todays_export(folder, now):
    """A restaurant (they order every two weeks) that ordered 16 days ago and not since."""
    write(folder / "kunden-heute.csv", CUSTOMERS, [[GUEST, "Gasthaus Zur Linde", "Lena", "Lindner", "lena@zur-linde.example", "DE811222333", "ja", "Gastronomie", day(now, 300)]])
    # Exports list the newest first.
    write(folder / "auftraege-heute.csv", ORDERS, [[f"AU-{GUEST}-{k}", GUEST, day(now, ago), "versendet", "Shop", "EUR", "W-100", "Wein", "24", "312,00"] for k, ago in enumerate((16, 30, 44, 58))])


def visit(now):
    """She looks at prices, calculates, takes the checklist, says who she is, and picks up the phone."""
    def call(kind, seconds, **more):
        moment = now + datetime.timedelta(seconds=seconds)
        return {"type": kind, "anonymousId": "device-star", "messageId": f"star-{kind}-{seconds}-{int(now.timestamp())}", "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
                "context": {"page": {"path": more.pop("path", "/")}}, **more}

    yield call("page", 0, path="/pricing")
    yield call("page", 40, path="/cases/alpine-foods")
    yield call("track", 60, event="Budget Calculator Used", properties={"budget_eur": 25000})
    yield call("track", 90, event="Lead Magnet Downloaded", properties={"magnet": "checklist_2025"})
    yield call("identify", 100, userId=STAR, traits={"email": EMAIL, "firstName": "Greta", "lastName": "Falk", "title": "CEO", "timezone": "Europe/Berlin"})
    yield call("group", 101, userId=STAR, groupId="Kranich Logistik", traits={"name": "Kranich Logistik", "employees": 250})
    yield call("track", 120, userId=STAR, event="Calendar Booking Started")
    yield call("track", 150, userId=STAR, event="Phone Clicked")


def booking(now):
    return {"event": "booking.created", "messageId": f"calendar-{int(now.timestamp())}", "email": EMAIL, "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "properties": {"room": "first call"}}
