"""The sample world: fictitious shops and users' archives, served over loopback HTTP; never real data.

What is in it, which kinds of trouble it holds and how to add to it stands in `README.md` beside this file.
"""
