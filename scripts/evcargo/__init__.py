"""evcargo: how pure is each EV preparation, which cargo differs, does it survive the impurity?"""

__version__ = "0.1.0"
