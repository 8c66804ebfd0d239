"""Does pressure work? Members that depend on a state that threatens, on the vote it threatened over and on others."""
