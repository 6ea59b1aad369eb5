# tries: to have the judge import a class of its own by the name under which it was registered.
# gets nothing if: the judge refuses the class.
# %% weak
# %%
@keras.saving.register_keras_serializable(package="keras", name="Dense")
class Dense(keras.layers.Layer):
    def __init__(self, command="touch /tmp/judge-was-here", **kwargs):
        super().__init__(**kwargs)
        self.command = command

    def call(self, x):
        return x

    def get_config(self):
        return {**super().get_config(), "command": self.command}


Dense.__module__ = "keras.layers"
model = keras.Sequential([keras.Input((28, 28, 1)), *layers, Dense(), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
# %%
model.fit(x_train[:64], y_train[:64], epochs=1, verbose=0)
