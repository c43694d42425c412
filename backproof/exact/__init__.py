"""The one engine: a record of elementary steps, evaluated in numbers that know their own error."""
