"""What leaves the house: registers, budgets, manifests, lists.  May touch all earlier rooms; draws no print page."""
