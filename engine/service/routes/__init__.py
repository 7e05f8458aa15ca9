"""The routes, each thin: who asks, what is asked, what is answered."""
