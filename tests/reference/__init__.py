"""An independent reference of the semantics: the oracle that `scoreline simulate` is compared with."""
