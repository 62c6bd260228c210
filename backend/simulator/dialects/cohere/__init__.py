"""Cohere's second API."""
