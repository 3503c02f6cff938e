"""Who we are here: the settings of this process."""
