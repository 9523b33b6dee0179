CREATE TABLE "presence_history" (
	"user_id" text COLLATE "C" NOT NULL,
	"generation" integer NOT NULL,
	"device" text NOT NULL,
	"status" text NOT NULL,
	"from_at" bigint NOT NULL,
	"to_at" bigint,
	CONSTRAINT "presence_history_user_id_generation_device_from_at_pk" PRIMARY KEY("user_id","generation","device","from_at"),
	CONSTRAINT "presence_history_order" CHECK ("presence_history"."to_at" > "presence_history"."from_at")
);
--> statement-breakpoint
CREATE TABLE "presence_history_heads" (
	"user_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"generation" integer NOT NULL,
	"as_of" bigint DEFAULT 0 NOT NULL,
	"day" integer DEFAULT 0 NOT NULL,
	"opened" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE INDEX "presence_history_open" ON "presence_history" USING btree ("user_id","device") WHERE "presence_history"."to_at" is null;--> statement-breakpoint
CREATE INDEX "presence_history_by_age" ON "presence_history" USING btree ("to_at") WHERE "presence_history"."to_at" is not null;