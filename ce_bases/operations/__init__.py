"""What whoever runs the site needs: backup and restore."""
