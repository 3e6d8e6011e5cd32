"""The room where a learner plans: which scheduler, with which parameters, and what that would cost."""
