"""What other rooms, and the house's own pages, may ask of the crisis room."""

from samen.rooms.crisis import numbers as numbers
