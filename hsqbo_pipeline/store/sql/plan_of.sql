SELECT * FROM plans WHERE hash = $hash
