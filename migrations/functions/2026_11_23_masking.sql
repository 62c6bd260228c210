-- Names that stand for personal data are kept with the admission of what they are sent in.

CREATE FUNCTION admit_and_mask(p jsonb) RETURNS TABLE (request_id uuid, result text)
LANGUAGE plpgsql AS $$
-- `admit_requests`, and for what was admitted what its names stand for. The rows of a conversation are under the lock
-- that admission took on it.
#variable_conflict use_column
DECLARE
    row_ record;
BEGIN
    FOR row_ IN SELECT a.request_id, a.result FROM admit_requests(p) AS a LOOP
        IF row_.result::jsonb->>'outcome' = 'admitted' THEN
            INSERT INTO maskings (organisation_id, subject_id, user_id, conversation_id, names)
            SELECT (i->>'organisation_id')::uuid, coalesce((i->'conversation'->>'id')::uuid, row_.request_id),
                (i->>'user_id')::uuid, (i->'conversation'->>'id')::uuid, decode(i->>'names', 'base64')
            FROM jsonb_array_elements(p) AS i
            WHERE (i->>'request_id')::uuid = row_.request_id AND i->>'names' IS NOT NULL
            ON CONFLICT (organisation_id, subject_id) DO UPDATE SET names = excluded.names, updated_at = clock_timestamp();
        END IF;
        request_id := row_.request_id;
        result := row_.result;
        RETURN NEXT;
    END LOOP;
END $$;
