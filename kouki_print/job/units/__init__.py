"""Units: what the folders of one municipality or employer hold beside its print files, made by the workers."""
