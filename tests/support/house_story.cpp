#include "support/house_story.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

namespace scoreline::test::house {
namespace {

constexpr std::int64_t kHourUs = 3'600 * base::kSecondUs;

struct Person {
  std::string name;
  std::vector<std::string> devices;
  std::map<std::string, int> versions;  // by document
  std::string user() const { return fmt::format(R"("userId":"{}")", name); }
  std::string mail() const { return name + "@x.de"; }
};

class Storyteller {
 public:
  Storyteller(Dice& dice, bool with_erasures) : dice_(dice), now_(at("2026-03-01T08:00:00Z")) {
    const int people = 2 + dice.roll(4);
    for (int i = 0; i < people; ++i) {
      Person person{fmt::format("p{}", i), {}, {}};
      for (int d = 1 + dice.roll(3); d > 0; --d) person.devices.push_back(fmt::format("{}-{}", person.name, d));
      people_.push_back(person);
    }
    erases_ = dice.one_in(3) && with_erasures;
  }

  Events tell(int count) {
    Events events;
    for (int i = 0; i < count; ++i) {
      now_.us += dice_.one_in(8) ? dice_.roll(30) * kHourUs : dice_.roll(60) * 60 * base::kSecondUs;
      events.all.push_back(one());
      const Fed& last = events.all.back();
      if (dice_.one_in(12)) events.all.push_back(last);  // sent twice
      if (dice_.one_in(12))
        events.all.push_back(events.all[static_cast<std::size_t>(dice_.roll(static_cast<int>(events.all.size())))]);
    }
    for (Person& person : people_)
      for (const Fed& link : links(person)) events.all.push_back(link);
    events.end = base::midnight(base::day_of(now_) + 2 + dice_.roll(5));
    events.erases = erased_;
    return events;
  }

 private:
  std::string message() {
    messages_.push_back(fmt::format("m{}", messages_.size()));
    return messages_.back();
  }
  // When it happened: mostly now, sometimes days ago.
  std::string more(const std::string& rest, bool tracking = true) {
    std::string text = rest;
    const auto add = [&](const std::string& member) { text += (text.empty() ? "" : ",") + member; };
    if (dice_.one_in(6))
      add(fmt::format(R"("timestamp":"{}")", base::format_rfc3339({now_.us - dice_.roll(80) * kHourUs})));
    if (dice_.one_in(12)) add(R"("machine":true)");
    if (dice_.one_in(12)) add(R"("history":true)");
    if (!tracking && dice_.one_in(12)) add(fmt::format(R"("depth":{})", 6 + dice_.roll(4)));
    return text;
  }

  Fed one() {
    Person& person = people_[static_cast<std::size_t>(dice_.roll(static_cast<int>(people_.size())))];
    const std::string& device = dice_.pick(person.devices);
    const bool known = dice_.one_in(3);
    const std::string ids = known ? person.user() : fmt::format(R"("anonymousId":"{}")", device);
    const std::string key = known ? person.name : device;
    switch (dice_.roll(16)) {
      case 0:
        return track("Login", message(), key, ids, now_, more(""));
      case 1:
        return track("Form Submitted", message(), key, ids, now_,
                     more(fmt::format(R"("properties":{{"form":"{}"}})", dice_.roll(3))));
      case 2:
        return identify(message(), device, fmt::format(R"("anonymousId":"{}",{})", device, person.user()), now_);
      case 3:
        return identify(message(), key, ids, now_,
                        fmt::format(R"({{"title":{}}})", dice_.pick<std::string>({"\"CEO\"", "\"CTO\"", "null"})));
      case 4: {
        // Also of messages that are still to come.
        const std::string of =
            dice_.one_in(5) || messages_.empty() ? fmt::format("m{}", messages_.size() + 3) : dice_.pick(messages_);
        return retraction(fmt::format("r{}", ++retractions_), of, now_);
      }
      case 5:
        return fact("booking.created", message(), person.name, now_, more("", false));
      case 6:
        return deal_moved(message(), person.name, dice_.pick<std::string>({"sales", "sales", "service", "nowhere"}),
                          dice_.pick<std::string>({"new", "meeting", "won", "lost", "open", "settled"}), now_);
      case 7:
        return of_mail(person);
      case 8:
        if (erases_ && dice_.one_in(3)) {
          erased_ = true;
          return erasure(message(), person.name, now_);
        }
        return page(message(), key, ids, now_, more(""));
      case 9:
      case 10:
      case 11:
        return document(person);
      default:
        return page(message(), key, ids, now_, more(""));
    }
  }

  Fed of_mail(const Person& person) {
    const std::string event = dice_.pick<std::string>(
        {"email.clicked", "email.opened", "email.replied", "email.bounced", "email.unsubscribed"});
    std::string properties;
    if (event == "email.replied" && dice_.one_in(2)) properties = R"("properties":{"auto":true})";
    if (event == "email.bounced" && dice_.one_in(2)) properties = R"("properties":{"hard":true})";
    return fact(event, message(), person.name, now_, more(properties, false));
  }

  // Orders, invoices, payments and credits, of days ago, too.
  Fed document(Person& person) {
    const std::string kind = dice_.pick<std::string>({"order", "order", "invoice", "payment", "credit", "customer"});
    const std::string id = kind == "customer" ? person.name : fmt::format("{}{}", kind.front(), dice_.roll(3));
    const int version = person.versions[kind + id] += dice_.one_in(10) ? 0 : 1;
    const std::string day = base::format_date(base::day_of({now_.us - dice_.roll(12) * 24 * kHourUs}));
    const std::string due = base::format_date(base::day_of({now_.us + (dice_.roll(9) - 3) * 24 * kHourUs}));
    const int cents = 100 * (1 + dice_.roll(5));
    std::string data;
    if (kind == "customer")
      data = fmt::format(R"({{"email":"{}","churnDays":{}}})", person.mail(), 2 + dice_.roll(4));
    else if (kind == "order")
      data = fmt::format(R"({{"number":"{}","placedOn":"{}","netCents":{},"cancelled":{}}})", id, day, cents,
                         dice_.one_in(4));
    else if (kind == "invoice")
      data = fmt::format(R"({{"number":"{}","issuedOn":"{}","dueOn":"{}","netCents":{},"grossCents":{}}})", id, day,
                         due, cents, cents + 19);
    else if (kind == "payment")
      data = fmt::format(R"({{"invoice":"i{}","paidOn":"{}","grossCents":{}}})", dice_.roll(3), day, cents + 19);
    else
      data = fmt::format(R"({{"invoice":"i{}","issuedOn":"{}","netCents":{},"grossCents":{}}})", dice_.roll(3), day,
                         cents, cents + 19);
    return erp_document(person.name, kind, id, std::max(1, version), data, now_,
                        dice_.one_in(8) ? R"("history":true)" : "");
  }

  std::vector<Fed> links(Person& person) {
    now_.us += base::kSecondUs;
    std::vector<Fed> all{
        erp_customer(person.name, person.mail(), 1000, now_),
        identify(message(), person.name, person.user(), now_, fmt::format(R"({{"email":"{}"}})", person.mail()))};
    for (const std::string& device : person.devices)
      all.push_back(identify(message(), device, fmt::format(R"("anonymousId":"{}",{})", device, person.user()), now_));
    return all;
  }

  Dice& dice_;
  base::Instant now_;
  std::vector<Person> people_;
  std::vector<std::string> messages_;
  int retractions_ = 0;
  bool erases_ = false, erased_ = false;
};

}  // namespace

Events random_events(Dice& dice, int count, bool with_erasures) { return Storyteller(dice, with_erasures).tell(count); }

}  // namespace scoreline::test::house
