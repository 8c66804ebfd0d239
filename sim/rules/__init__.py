"""The equations, one file per idea: pure functions, arrays in and arrays out, any leading batch shape."""
