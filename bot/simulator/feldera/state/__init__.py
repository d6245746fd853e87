"""The state of the simulated Feldera: pipelines, their runner and its timeline. It knows no HTTP."""
