"""Reading a rule book (section 2). Only as much is checked as the reference needs: it is given good rule books."""
import decimal
import pathlib
import tomllib


class Rulebook:
    def __init__(self, tables):
        score = tables.get("score", {})
        self.score_min = hundredths(score.get("min", 0))
        self.score_max = hundredths(score.get("max", 100))
        self.categories = tables.get("category", [])
        self.rules = tables.get("rule", [])
        self.fits = tables.get("fit", [])
        self.inactivities = tables.get("inactivity", [])
        self.tiers = tables.get("tier", [])
        self.intents = tables.get("intent", [])
        self.pipelines = tables.get("pipeline", [])
        self.triggers = tables.get("trigger", [])
        self.sequences = tables.get("sequence", [])
        # Section 5: decay and expiry of an intent are those of all its signals.
        self.signals = {
            intent["id"]: [{**{key: intent[key] for key in ("decay", "expires_after_days") if key in intent}, **signal}
                           for signal in intent.get("signal", [])]
            for intent in self.intents}

    def tier_index(self, tier):
        return position(self.tiers, tier)

    def level_index(self, intent, level):
        return position(by_id(self.intents, intent)["level"], level)

    def pipeline(self, id):
        return by_id(self.pipelines, id)

    def stage_index(self, pipeline, stage):
        """Position of the stage, None where the pipeline or the stage is unknown."""
        found = self.pipeline(pipeline)
        return position(found["stage"], stage) if found else None


def hundredths(number):
    """A number of at most two decimals as an integer of hundredths."""
    return exactly(number, 100)


def exactly(number, units):
    scaled = decimal.Decimal(number) * units
    if scaled != int(scaled):
        raise ValueError(f"{number} has too many decimals")
    return int(scaled)


def by_id(tables, id):
    return next((table for table in tables if table["id"] == id), None)


def position(tables, id):
    return next((n for n, table in enumerate(tables) if table["id"] == id), None)


def load(directory):
    merged = {}
    for path in sorted(pathlib.Path(directory).glob("*.toml"), key=lambda path: path.name.encode()):
        for key, value in tomllib.loads(path.read_text(encoding="utf-8"), parse_float=decimal.Decimal).items():
            if isinstance(value, list):
                merged.setdefault(key, []).extend(value)
            elif key in merged:
                raise ValueError(f"{path}: a second [{key}]")
            else:
                merged[key] = value
    return Rulebook(merged)
