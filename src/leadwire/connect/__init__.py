"""Getting and keeping permission: the OAuth dance, single-flight refresh, the permission verdict."""
