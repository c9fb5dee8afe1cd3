"""The one Definitions object that workspace.yaml names: the graph of the home that this process serves."""

from whisky_assets.orchestration.assembly import definitions_for
from whisky_assets.orchestration.served import served_home

defs = definitions_for(served_home())
