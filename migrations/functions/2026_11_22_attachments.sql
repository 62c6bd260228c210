-- Files of messages: given to them at admission, gone with the last of them.

CREATE FUNCTION give_attachments(p jsonb) RETURNS void
LANGUAGE plpgsql AS $$
-- Gives the files of an admitted prompt to its message. What its owner deleted meanwhile is left out.
DECLARE
    v_org uuid := (p->>'organisation_id')::uuid;
    v_message uuid := (p->'conversation'->'prompt'->>'id')::uuid;
BEGIN
    WITH given AS (
        UPDATE attachments SET expires_at = NULL
        WHERE organisation_id = v_org AND user_id = (p->>'user_id')::uuid AND id IN
            (SELECT i::uuid FROM jsonb_array_elements_text(p->'conversation'->'prompt'->'attachments') AS i)
        RETURNING id)
    INSERT INTO message_attachments (organisation_id, message_id, place, attachment_id)
    SELECT v_org, v_message, t.place, given.id
    FROM jsonb_array_elements_text(p->'conversation'->'prompt'->'attachments') WITH ORDINALITY AS t (id, place)
    JOIN given ON given.id = t.id::uuid
    WHERE EXISTS (SELECT 1 FROM messages WHERE organisation_id = v_org AND id = v_message)
    ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE FUNCTION admit_requests(p jsonb) RETURNS TABLE (request_id uuid, result text)
LANGUAGE plpgsql AS $$
-- Admits several requests in one transaction, each for itself. All locks are taken first, in the order of all.
#variable_conflict use_column
DECLARE
    item jsonb;
    outcome jsonb;
BEGIN
    PERFORM 1 FROM credit_accounts WHERE user_id IN
        (SELECT (i->>'user_id')::uuid FROM jsonb_array_elements(p) AS i) ORDER BY user_id FOR UPDATE;
    PERFORM 1 FROM organisation_limits WHERE organisation_id IN
        (SELECT (i->>'organisation_id')::uuid FROM jsonb_array_elements(p) AS i) ORDER BY organisation_id FOR UPDATE;
    INSERT INTO rate_windows (key, started_at)
        SELECT DISTINCT ON (w->>'key') w->>'key', window_start(clock_timestamp(), (w->>'seconds')::int)
        FROM jsonb_array_elements(p) AS i, jsonb_array_elements(i->'windows') AS w ORDER BY w->>'key'
        ON CONFLICT (key) DO NOTHING;
    PERFORM 1 FROM rate_windows WHERE key IN
        (SELECT w->>'key' FROM jsonb_array_elements(p) AS i, jsonb_array_elements(i->'windows') AS w)
        ORDER BY key FOR UPDATE;
    FOR item IN SELECT i FROM jsonb_array_elements(p) AS i LOOP
        outcome := admit_request(item);
        IF outcome->>'outcome' = 'admitted'
            AND jsonb_array_length(coalesce(item->'conversation'->'prompt'->'attachments', '[]')) > 0 THEN
            PERFORM give_attachments(item);
        END IF;
        request_id := (item->>'request_id')::uuid;
        result := outcome::text;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE FUNCTION attachment_left() RETURNS trigger
LANGUAGE plpgsql AS $$
-- Deletes a file that no message has any more. It runs at the end of a transaction: a message that replaces another
-- keeps the files that it has, too.
BEGIN
    PERFORM 1 FROM attachments WHERE organisation_id = OLD.organisation_id AND id = OLD.attachment_id FOR UPDATE;
    DELETE FROM attachments WHERE organisation_id = OLD.organisation_id AND id = OLD.attachment_id AND NOT EXISTS
        (SELECT 1 FROM message_attachments
         WHERE organisation_id = OLD.organisation_id AND attachment_id = OLD.attachment_id);
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER attachment_left AFTER DELETE ON message_attachments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION attachment_left();
