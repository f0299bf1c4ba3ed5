# The folder RUN as the programs expect it, its package made by the installed command.
file(REMOVE_RECURSE ${RUN})
file(MAKE_DIRECTORY ${RUN}/models ${RUN}/photos)
file(COPY_FILE ${PHOTO} ${RUN}/street.jpg)
file(COPY ${PHOTO} DESTINATION ${RUN}/photos)
execute_process(COMMAND ${COMMAND} convert ${CHECKPOINT} models/longclip-b WORKING_DIRECTORY ${RUN} COMMAND_ERROR_IS_FATAL ANY)
