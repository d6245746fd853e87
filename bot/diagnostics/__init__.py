"""The checks of `doctor`, in the shell and in a running bot. They read settings, services and the database; none changes anything."""
