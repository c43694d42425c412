"""Trials of finite differences."""
