/** The member of a schema that stands for messages of EMV 3-D Secure: their types. Routes write it, and the document has their schemas. */
export const MESSAGES = 'x-messages'
