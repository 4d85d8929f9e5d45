"""A small Campaign Manager for people: forms are built, leads given, trouble made and traffic watched by hand.

Every page reads and writes through `Control` alone, so nothing can be done here that a program cannot do.
"""
