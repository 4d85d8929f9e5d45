"""How the internal tables are spelled; times are epoch milliseconds."""

from typing import Any

from sqlalchemy import Column, Index, MetaData, Text, text
from sqlalchemy.types import TypeEngine

WORDS = ("email", "work_email", "first_name", "last_name", "company")

PLAIN = MetaData()


def key(name: str, kind: type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind(), primary_key=True)


def need(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind, nullable=False)


def may(name: str, kind: TypeEngine[Any] | type[TypeEngine[Any]] = Text) -> "Column[Any]":
    return Column(name, kind)


def word(name: str) -> Column[Any]:
    # A prefix is a range only in byte order.
    return Column(name, Text().with_variant(Text(collation="C"), "postgresql"))


def word_index(name: str) -> Index:
    there = text(f"{name} IS NOT NULL")
    return Index(f"_ix_ledger_{name}", "workspace_id", name, sqlite_where=there, postgresql_where=there)


def of_workspace(*more: str) -> "list[Column[Any]]":
    return [key("workspace_id"), *map(key, more)]
