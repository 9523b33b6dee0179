CREATE TABLE "blocks" (
	"blocker_id" text COLLATE "C" NOT NULL,
	"blocked_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "blocks_blocker_id_blocked_id_pk" PRIMARY KEY("blocker_id","blocked_id")
);
--> statement-breakpoint
CREATE TABLE "circle_members" (
	"circle_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "circle_members_circle_id_user_id_pk" PRIMARY KEY("circle_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "circles" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversation_members" (
	"conversation_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "conversation_members_conversation_id_user_id_pk" PRIMARY KEY("conversation_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"open" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "follows" (
	"follower_id" text COLLATE "C" NOT NULL,
	"followee_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "follows_follower_id_followee_id_pk" PRIMARY KEY("follower_id","followee_id")
);
--> statement-breakpoint
CREATE TABLE "presence_journal" (
	"user_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"generation" integer NOT NULL,
	"revision" bigint NOT NULL,
	"chosen" text NOT NULL,
	"message_text" text,
	"message_emoji" text,
	"message_expires_at" bigint,
	"last_seen" bigint,
	"format" smallint NOT NULL,
	CONSTRAINT "presence_journal_message" CHECK ("presence_journal"."message_text" is not null or ("presence_journal"."message_emoji" is null and "presence_journal"."message_expires_at" is null))
) WITH (fillfactor = 70); -- a row is written anew once a minute: room on its page keeps that from touching the index
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text,
	"avatar_url" text,
	"privacy_status" text DEFAULT 'FOLLOWERS' NOT NULL,
	"privacy_last_seen" text DEFAULT 'FOLLOWERS' NOT NULL,
	"privacy_activity" text DEFAULT 'FOLLOWERS' NOT NULL,
	"generation" integer DEFAULT 1 NOT NULL,
	"deleted_at" bigint,
	"created_at" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "blocks_by_blocked" ON "blocks" USING btree ("blocked_id","blocker_id");--> statement-breakpoint
CREATE INDEX "circle_members_by_user" ON "circle_members" USING btree ("user_id","circle_id");--> statement-breakpoint
CREATE INDEX "conversation_members_by_user" ON "conversation_members" USING btree ("user_id","conversation_id");--> statement-breakpoint
CREATE INDEX "follows_by_followee" ON "follows" USING btree ("followee_id","follower_id");--> statement-breakpoint
CREATE INDEX "users_present" ON "users" USING btree ("id") WHERE "users"."deleted_at" is null;