-- Every change of configuration or of a person's rights raises a version (checked at admission) and tells the
-- processes that cache it. Payloads carry a kind and an id only.

CREATE FUNCTION catalogue_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalogue_version SET version = version + 1 WHERE id = 1;
    PERFORM pg_notify('fairlead', 'catalogue');
    RETURN NULL;
END $$;

CREATE FUNCTION user_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fairlead', 'identity ' || NEW.id);
    RETURN NULL;
END $$;

CREATE FUNCTION user_version_raised() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE FUNCTION entitlement_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET role = role WHERE id = NEW.user_id;
    RETURN NULL;
END $$;

CREATE FUNCTION session_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('fairlead', 'session ' || OLD.id);
    RETURN NULL;
END $$;

CREATE TRIGGER raise_version BEFORE UPDATE OF role, suspended, email, name, organisation_id ON users
    FOR EACH ROW EXECUTE FUNCTION user_version_raised();
CREATE TRIGGER tell AFTER UPDATE OF role, suspended, email, name, organisation_id ON users
    FOR EACH ROW EXECUTE FUNCTION user_changed();
CREATE TRIGGER tell AFTER INSERT OR UPDATE ON user_entitlements
    FOR EACH ROW EXECUTE FUNCTION entitlement_changed();
CREATE TRIGGER tell AFTER UPDATE OF revoked_at ON sessions FOR EACH ROW EXECUTE FUNCTION session_changed();
CREATE TRIGGER tell_gone AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION session_changed();
