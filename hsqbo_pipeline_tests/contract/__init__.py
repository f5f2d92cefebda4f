"""The sandbox, judged by clients and schemas that others wrote."""
