"""Messages that show pipelines and past requests, with their buttons. They ask Feldera nothing."""
