"""What rounding makes of right code and of unstable code, by the judge's own measure."""
