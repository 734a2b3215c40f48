"""Off-device training: from FER2013 to an int8 expression network and its model card."""
