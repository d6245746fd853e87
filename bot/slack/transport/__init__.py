"""How deliveries arrive: signed HTTP or Socket Mode, checked and deduplicated."""
