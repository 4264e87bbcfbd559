"""The version that the footer and the health page show."""

VERSION = "0.1.0"
