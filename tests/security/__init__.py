"""What an attacker tried: one test for each hole that was found."""
