-- Applications go with their payments.
DELETE FROM payment_applications USING work AS w WHERE payment_applications.system = w.system AND payment_applications.payment_id = w.id
