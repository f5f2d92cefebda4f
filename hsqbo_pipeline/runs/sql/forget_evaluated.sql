DELETE FROM evaluated
