CREATE SEQUENCE "public"."relation_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "deletions" (
	"user_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"before" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "blocks" ADD COLUMN "since" bigint;--> statement-breakpoint
ALTER TABLE "circle_members" ADD COLUMN "since" bigint;--> statement-breakpoint
ALTER TABLE "conversation_members" ADD COLUMN "since" bigint;--> statement-breakpoint
ALTER TABLE "follows" ADD COLUMN "since" bigint;--> statement-breakpoint
ALTER TABLE "blocks" ALTER COLUMN "since" SET DEFAULT nextval('relation_numbers'); -- apart: a column that comes with it rewrites every row--> statement-breakpoint
ALTER TABLE "circle_members" ALTER COLUMN "since" SET DEFAULT nextval('relation_numbers');--> statement-breakpoint
ALTER TABLE "conversation_members" ALTER COLUMN "since" SET DEFAULT nextval('relation_numbers');--> statement-breakpoint
ALTER TABLE "follows" ALTER COLUMN "since" SET DEFAULT nextval('relation_numbers');