"""What works behind the edges: deliveries, deliveries from outside, and alarms."""
