"""The ground floor: frozen values, the error tree and the protocols between the rooms. No I/O."""
