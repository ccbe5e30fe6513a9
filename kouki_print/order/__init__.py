"""The order (注文): job.toml over its preset, contacts and questionnaire.  May touch base only."""
