"""Real servers, killed without warning while people sign in."""
