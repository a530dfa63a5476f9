"""The shapes of requests and answers, as pydantic models: what the OpenAPI document shows."""
