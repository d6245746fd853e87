"""Messages that say no: permissions, rules, and clicks that come too late. They decide nothing."""
