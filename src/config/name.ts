/** What the server is called: by people, by its command and in its answers. */
export const NAME = '3ds-mock-server'
