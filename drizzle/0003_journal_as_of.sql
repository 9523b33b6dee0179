ALTER TABLE "presence_journal" ADD COLUMN "chosen_as_of" bigint;--> statement-breakpoint
ALTER TABLE "presence_journal" ADD COLUMN "message_as_of" bigint;