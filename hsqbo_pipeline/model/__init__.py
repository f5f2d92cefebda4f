"""What a record is: fields, keys, money, codes and the rules file, all pure."""
