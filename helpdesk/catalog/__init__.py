"""The service catalogue: catalog.yaml read into frozen values, every fault named with its line."""
