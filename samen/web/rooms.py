"""The rooms of the house, in the order in which a person meets them. A new room is a folder and one word here."""

ROOMS = ("record", "treatment", "crisis", "companion", "sensing")
